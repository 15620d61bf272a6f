"""What each kind of list goes into."""
