"""The benchmarks of DESIGN section 8, run by `make bench`: each figure beside its peer, measured in the same run."""
