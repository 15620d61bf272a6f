"""What the ground itself takes from the outbox, and how its channels send."""

from mom.core.delivery import email, sending, webhook
from mom.core.engine.delivery import DeliveryChannel
from mom.core.labels import raw_printer

sending.register(DeliveryChannel.EMAIL, email.send, is_ready=email.is_ready)
sending.register(DeliveryChannel.WEBHOOK, webhook.send)
sending.register(DeliveryChannel.PRINTER, raw_printer.send)
