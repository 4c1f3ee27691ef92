# Shortens the output of `go test -v`: packages, failures and skips with what
# they printed, and a closing line with the counts.
/^=== / { next }
/^ *--- PASS: / { passed++; if ($0 !~ /^ /) said = ""; next }
/^ *--- (FAIL|SKIP): / {
	if (/FAIL/) failed++; else skipped++
	printf "%s%s\n", said, $0; said = ""; next
}
/^(ok|FAIL|panic:|#)/ { if (/^(panic|FAIL)/) printf "%s", said; said = ""; print; next }
/^(PASS|\?|coverage:|testing:)/ { said = ""; next }
{ said = said $0 "\n" }
END { printf "%s%d passed, %d failed, %d skipped\n", said, passed, failed, skipped }
