"""The policy of promotions, read of the committed default branch, and what each gate says (docs/gates.md)."""
