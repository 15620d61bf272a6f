"""How much one file, one picture, one person may bring."""

MOST_BYTES = 20 * 1024 * 1024
MOST_REQUEST_BYTES = 22 * 1024 * 1024
"""A file with the form around it; more is not even read."""
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 20_000
MOST_PAGES = 200
QUOTA_BYTES = 500 * 1024 * 1024
"""What one person may add at one site within a day: a camera gone wild must not fill the database."""
LONGEST_NAME = 200
THUMB_SIDE, PAGE_SIDE, LARGE_SIDE = 320, 2_000, 5_000
"""Longest side, in pixels, of the pictures that we make: for a panel, for a screen, for a look at a detail."""

CHILD_SECONDS = 20
CHILD_MEMORY = 1_500 * 1024 * 1024
