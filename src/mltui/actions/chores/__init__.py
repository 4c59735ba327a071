"""Chores on runs, versions and models: tags, notes, names, deletion, ending what is gone; each can be undone."""
