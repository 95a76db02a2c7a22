"""Decision flows: walked, proved, recorded and drawn; what they say is knowledge."""
