"""The JSON Schemas of what mltui prints for machines, shipped with the package."""
