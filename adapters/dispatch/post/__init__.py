"""Carriers: how parcels are ordered at them, and how what they tell is believed."""
