"""What a provider sends by itself: deliveries that are proved first, and events then."""
