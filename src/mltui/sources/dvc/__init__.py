"""Reading DVC: the library in a child process, remembered answers, history read through git."""
