"""Stock Rasa 3.6.21 with our training data: what the product is measured beside."""
