"""The days of plans for calendar programs: feeds by links, a download, the page, the API."""
