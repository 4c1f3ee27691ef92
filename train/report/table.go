package report

import (
	"fmt"
	"strings"
)

// Row is a line of the table of a run: the state after an epoch.
type Row struct {
	TrainLoss, Epoch                      float64
	Step                                  int
	Loss, Accuracy, F1, Recall, Precision float64 // of what was judged; NaN where nothing was
}

// TrainerTable is the table that the Trainer of Transformers puts into its model
// cards, in Markdown.
func TrainerTable(rows []Row) string {
	var b strings.Builder
	b.WriteString("| Training Loss | Epoch | Step | Validation Loss | Accuracy | F1     | Recall | Precision |\n")
	b.WriteString("|:-------------:|:-----:|:----:|:---------------:|:--------:|:------:|:------:|:---------:|\n")
	for _, r := range rows {
		fmt.Fprintf(&b, "| %-13s | %-5.1f | %-4d | %-15s | %-8s | %-6s | %-6s | %-9s |\n", Number(r.TrainLoss), r.Epoch, r.Step,
			Number(r.Loss), Number(r.Accuracy), Number(r.F1), Number(r.Recall), Number(r.Precision))
	}
	return b.String()
}
