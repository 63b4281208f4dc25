"""What an operator sees of a server, in Prometheus's words: the one home of `prometheus_client`."""
