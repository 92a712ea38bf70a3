// Lucene on the bench's documents and queries (bench/peer_documents.h, bench/peer_queries.h): top 20 by BM25 and the exact count, one thread.
//
// Usage: java Lucene DOCUMENTS QUERIES INDEX SECONDS LEAST. Prints "build SECONDS BYTES", then for every query it came to "NUMBER NS TOTAL", the
// queries numbered from 0 by their lines. A class ends after SECONDS when LEAST of its queries are done.

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;

import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.PrefixQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopFieldCollector;
import org.apache.lucene.search.TopScoreDocCollector;
import org.apache.lucene.store.MMapDirectory;

public final class Lucene {
    private static final int HITS = 20;
    private static final int WARM = 200;

    /** Words between spaces; the bench has folded them. */
    private static final class Words extends Tokenizer {
        private final CharTermAttribute term = addAttribute(CharTermAttribute.class);

        @Override
        public boolean incrementToken() throws IOException {
            clearAttributes();
            for (int c = input.read(); c >= 0; c = input.read()) {
                if (c != ' ') {
                    term.append((char) c);
                } else if (term.length() > 0) {
                    return true;
                }
            }
            return term.length() > 0;
        }
    }

    private static final Analyzer WORDS = new Analyzer() {
        @Override
        protected TokenStreamComponents createComponents(String field) {
            return new TokenStreamComponents(new Words());
        }
    };

    private static void build(Path documents, Path index) throws IOException {
        FieldType text = new FieldType();
        text.setIndexOptions(IndexOptions.DOCS_AND_FREQS);
        text.freeze();
        IndexWriterConfig config = new IndexWriterConfig(WORDS).setOpenMode(IndexWriterConfig.OpenMode.CREATE).setRAMBufferSizeMB(256);
        try (MMapDirectory directory = new MMapDirectory(index);
             IndexWriter writer = new IndexWriter(directory, config);
             BufferedReader lines = Files.newBufferedReader(documents, StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] cells = line.split("\t", -1);
                long price = Long.parseLong(cells[4]);
                Document document = new Document();
                document.add(new Field("core", cells[1], text));
                document.add(new Field("all", cells[1] + " " + cells[2], text));
                document.add(new StringField("brand", cells[3], Field.Store.NO));
                document.add(new LongPoint("price", price));
                document.add(new NumericDocValuesField("price", price));
                document.add(new NumericDocValuesField("prior", Long.parseLong(cells[5])));
                writer.addDocument(document);
            }
            writer.forceMerge(1);
        }
    }

    private static long size(Path folder) throws IOException {
        long bytes = 0;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                bytes += Files.size(file);
            }
        }
        return bytes;
    }

    /** A line of queries.tsv. */
    private static final class Asked {
        final int kind;
        final boolean sorted;
        final Sort order;
        final Query query;

        Asked(String line) {
            String[] cells = line.split("\t", -1);
            kind = Integer.parseInt(cells[0]);
            boolean byPrice = cells[4].equals("price");
            sorted = byPrice || cells[5].isEmpty();
            order = byPrice ? new Sort(new SortField("price", SortField.Type.LONG))
                            : new Sort(new SortField("prior", SortField.Type.LONG, true));
            query = parse(cells);
        }

        private static Query parse(String[] cells) {
            if (cells[5].isEmpty()) {
                return new MatchAllDocsQuery();
            }
            String field = cells[1];
            BooleanClause.Occur occur = cells[4].equals("or") ? BooleanClause.Occur.SHOULD : BooleanClause.Occur.MUST;
            BooleanQuery.Builder words = new BooleanQuery.Builder();
            for (String word : cells[5].split(" ")) {
                words.add(word.endsWith("*") ? new PrefixQuery(new Term(field, word.substring(0, word.length() - 1)))
                                             : new TermQuery(new Term(field, word)), occur);
            }
            if (!cells[6].isEmpty()) {
                words.add(new TermQuery(new Term("brand", cells[6])), BooleanClause.Occur.FILTER);
            }
            if (!cells[7].equals("0")) {
                words.add(LongPoint.newRangeQuery("price", 0, Long.parseLong(cells[7])), BooleanClause.Occur.FILTER);
            }
            return words.build();
        }

        int run(IndexSearcher searcher) throws IOException {
            if (sorted) {
                TopFieldCollector top = TopFieldCollector.create(order, HITS, Integer.MAX_VALUE);
                searcher.search(query, top);
                top.topDocs();
                return top.getTotalHits();
            }
            TopScoreDocCollector top = TopScoreDocCollector.create(HITS, Integer.MAX_VALUE);
            searcher.search(query, top);
            top.topDocs();
            return top.getTotalHits();
        }
    }

    private static void ask(IndexSearcher searcher, List<Asked> asked, int first, int end, double seconds, int least, PrintStream out)
            throws IOException {
        long begun = System.nanoTime();
        for (int i = 0; i < WARM && (System.nanoTime() - begun) / 1e9 < seconds / 2; i++) {
            asked.get(first + i % (end - first)).run(searcher);
        }
        begun = System.nanoTime();
        for (int i = first; i < end; i++) {
            if (i - first >= least && (System.nanoTime() - begun) / 1e9 > seconds) {
                return;
            }
            long start = System.nanoTime();
            int total = asked.get(i).run(searcher);
            out.println(i + " " + (System.nanoTime() - start) + " " + total);
        }
    }

    public static void main(String[] arguments) throws IOException {
        Path index = Paths.get(arguments[2]);
        PrintStream out = new PrintStream(System.out, false, "UTF-8");
        long start = System.nanoTime();
        build(Paths.get(arguments[0]), index);
        out.println("build " + (System.nanoTime() - start) / 1e9 + " " + size(index));
        List<Asked> asked = new ArrayList<>();
        for (String line : Files.readAllLines(Paths.get(arguments[1]), StandardCharsets.UTF_8)) {
            asked.add(new Asked(line));
        }
        try (DirectoryReader reader = DirectoryReader.open(new MMapDirectory(index))) {
            IndexSearcher searcher = new IndexSearcher(reader);
            searcher.setQueryCache(null);
            for (int first = 0, end; first < asked.size(); first = end) {
                for (end = first; end < asked.size() && asked.get(end).kind == asked.get(first).kind; end++) {
                }
                ask(searcher, asked, first, end, Double.parseDouble(arguments[3]), Integer.parseInt(arguments[4]), out);
            }
        }
        out.flush();
    }
}
