"""What an engine is to the gateway: its address, its range of versions, and one to practise on."""
