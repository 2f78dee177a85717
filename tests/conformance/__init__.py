"""Public suites that nobody on this project wrote, and the runners that judge the engine by them."""
