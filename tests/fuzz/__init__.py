"""Every reader of mltui against files and answers that nobody sane wrote. `python -m tests.fuzz`, or `make fuzz`."""
