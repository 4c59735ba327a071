"""How things are read: the only readers of processes, files and the network. Knows no widget, changes nothing."""
