"""Set-up, start, supervision and stop of everything MOM runs on.

Standard library only at import: it works on a machine that has Python and nothing else.
"""
