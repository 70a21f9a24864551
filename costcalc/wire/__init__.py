"""What every room needs from the network: ASGI wrappers, problem JSON, SSE, rate limit, health."""
