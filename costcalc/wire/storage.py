from servestatic.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Static files under names that change with their content, compressed once at set-up.

    References to source maps stay as they are, since the maps are not served.
    """

    support_js_module_import_aggregation = True
    patterns = tuple(
        (
            extension,
            tuple(p for p in patterns if "sourceMappingURL" not in (p if isinstance(p, str) else p[0])),
        )
        for extension, patterns in CompressedManifestStaticFilesStorage.patterns
    )
