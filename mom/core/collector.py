"""The collector of garbage in a process that serves for days."""

import gc

BETWEEN = 20_000  # new objects that stay: a batch of thousands of messages is looked through a few times, not sixty


def settle() -> None:
    """To be called once all is loaded. What is there stays for good: the collector need not look through all of it
    again in the middle of a request (it did, for 0.15 s, while a batch of messages held its rows), nor through what a
    request makes every few hundred objects.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(BETWEEN, 20, 20)
