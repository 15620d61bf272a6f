"""A relay in a process of its own, to be killed: its subscriber's effect is an audit entry per event."""

import time

import django


def main() -> None:
    """Drain for ever with leases of half a second."""
    django.setup()
    from mom.core import outbox, relay
    from mom.core.use_case import Subject, UseCase
    from mom.events.work import WorkReported

    relay.LEASE = 0.5  # type: ignore[assignment]
    outbox._subscribers.clear()

    @outbox.subscribe(WorkReported, name="test.effect")
    def take(act: UseCase, event: WorkReported) -> None:
        act.record("test.effect", subject=Subject("test.event", event.site, event.site), site="BER")
        time.sleep(0.01)

    print("ready", flush=True)  # noqa: T201 - the test waits for this word
    while True:
        claimed = relay.claim(0.5)
        if claimed is None:
            time.sleep(0.05)
        else:
            relay.deliver(claimed)


if __name__ == "__main__":
    main()
