"""`python -m adapters` is `hoso`."""

from adapters.main import main

main()
