"""What a vendor claims or offers: read from a pasted text or a form, checked, and shown with its arithmetic.

It stands on what scenarios know of fields, values and addresses; of scenarios only a finding links to it.
"""
