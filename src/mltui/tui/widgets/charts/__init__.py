"""Charts of metric series: which there are, how they are looked at, where they stand, the widget that shows them."""
