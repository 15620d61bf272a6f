"""The test bench: databases, brokers, workers, servers and browsers that the tests run on."""
