"""The columnar archive of the shop-floor record: a machine's day is a Parquet file on a path or an S3-compatible store.

Files and rows only, no transactions: what is written when, and what may be dropped, decide `services`.
"""
