"""The supplier's way in: from the mailed link over a code to the items that wait, and the signed answer.

Features bring what a contact can do as :class:`~supplier_quality.portal.tasks.PortalTask`; everything around it (link,
code, draft, files, review, signature, receipt, handing on) is the same for all of them and stands here.
"""
