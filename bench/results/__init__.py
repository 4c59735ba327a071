"""What was measured: kept in results.json by machine and measure, and written as the page RESULTS.md."""
