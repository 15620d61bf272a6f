"""Rows for tests, one function a noun: what the test doesn't say gets a plain value."""
