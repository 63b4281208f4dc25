"""Events, delivered to the webhook endpoints that asked for them."""
