from typing import Any

import brotli
from servestatic.compress import Compressor
from servestatic.storage import CompressedManifestStaticFilesStorage


def without_source_maps(patterns: tuple[Any, ...]) -> tuple[Any, ...]:
    """Rules for references that are renamed, but the one for source maps, which are not served."""
    return tuple(rule for rule in patterns if "sourceMappingURL" not in str(rule))


class QuickCompressor(Compressor):
    """Brotli at its best for our own files; for a library's megabyte, 9 % larger in a twentieth of the time."""

    LARGE = 200_000

    @classmethod
    def compress_brotli(cls, data: bytes) -> bytes:
        """The compressed bytes."""
        compressed: bytes = brotli.compress(data, quality=9 if len(data) > cls.LARGE else 11)
        return compressed


class HashedFiles(CompressedManifestStaticFilesStorage):
    """Static files under names that change with their content, compressed once at set-up.

    Imports between our own JavaScript modules are renamed too; a library's bundle is left alone,
    since minified text looks like an import here and there.
    """

    patterns = (
        *((files, without_source_maps(rules)) for files, rules in CompressedManifestStaticFilesStorage.patterns),
        # Django offers these rules for all files or none.
        ("js/*.js", CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1]),  # noqa: SLF001
    )

    def create_compressor(self, **options: Any) -> QuickCompressor:
        """servestatic's own choice, but for the time it takes."""
        return QuickCompressor(**options)
