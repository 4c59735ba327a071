"""What a retrain would do, told before it happens."""
