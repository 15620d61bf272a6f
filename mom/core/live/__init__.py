"""What changed, told to open pages while it happens: NOTIFY at commit, server-sent events out.

A message only says *what* changed; the page then fetches its fragment through an ordinary view, which checks rights.
"""
