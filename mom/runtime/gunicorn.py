"""gunicorn's settings in the image: threads that keep their database connection, heartbeats in memory."""

bind = "0.0.0.0:8000"
worker_class = "gthread"
workers = 2
threads = 4
timeout = 60
graceful_timeout = 30
keepalive = 75  # longer than the proxy keeps an idle connection, so it never writes into a closed one
max_requests = 10_000
max_requests_jitter = 1_000
worker_tmp_dir = "/dev/shm"  # noqa: S108 - the root file system is read-only
forwarded_allow_ips = "*"  # only the proxy reaches us, and it sets the headers anew
accesslog = None
