"""Limits: programs and files of strangers are run or read in processes that may end without harm to anything else."""
