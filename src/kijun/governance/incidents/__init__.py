"""Incidents: reported, led, measured, told, learnt from; and the playbook and drills that make it quick."""
