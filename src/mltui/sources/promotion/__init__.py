"""What a promotion would change, read: who holds the target now, since when, and what differs."""
