"""The screens: the main one with the seven places, and those that lie over it for a moment."""
