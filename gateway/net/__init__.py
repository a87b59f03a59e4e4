"""The only place with sockets and Twisted in it: transports, connections, the way of a request."""
