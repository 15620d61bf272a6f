"""How much a foreign file may hold. Beyond these it is refused whole, before any row takes effect."""

MOST_ROWS = 2_000_000
MOST_COLUMNS = 500
LONGEST_CSV_CELL = 65_536
MOST_ARCHIVE_MEMBERS = 1_000
MOST_ARCHIVE_BYTES = 200 * 1024 * 1024
MOST_ARCHIVE_RATIO = 100
