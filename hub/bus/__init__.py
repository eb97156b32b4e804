"""The bus: how messages reach the handlers, over RabbitMQ or within the process."""
