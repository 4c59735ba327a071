"""The seven places of mltui."""
