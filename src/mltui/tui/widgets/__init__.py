"""Widgets of mltui: they draw what they are given and say what was asked of them; none reads anything."""
