"""What things are: frozen dataclasses and pure functions over them. Standard library only; knows no tool."""
