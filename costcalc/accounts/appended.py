"""Rows that are added and never changed: what somebody has seen stands as it stood."""

from __future__ import annotations

from typing import Any

from django.db import models


class AppendOnlyError(TypeError):
    """An attempt to change or delete a row that is only ever added."""


class AppendOnly(models.Model):
    """A model of such rows."""

    class Meta:
        abstract = True

    def save(self, **options: Any) -> None:
        """Add the row; changing one is refused. Raises AppendOnlyError."""
        if not self._state.adding:
            raise AppendOnlyError("save")
        super().save(**options)
