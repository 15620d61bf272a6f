#!/bin/sh
# `redis.sh broker` keeps every message, `redis.sh cache` forgets the oldest. The password stays out of the process list.
set -eu
case "$1" in
broker) kind='appendonly yes
appendfsync everysec
maxmemory-policy noeviction' ;;
cache) kind='appendonly no
maxmemory 256mb
maxmemory-policy allkeys-lru' ;;
*) exit 64 ;;
esac
exec redis-server - <<CONFIGURATION
bind 0.0.0.0
protected-mode yes
requirepass $REDIS_PASSWORD
dir /data
save ""
databases 64
$kind
CONFIGURATION
