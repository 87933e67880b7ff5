import java.io.IOException;
import java.util.zip.GZIPInputStream;

/** Unpacks standard input as Java's Eureka clients unpack answers. */
public final class GzipReader {
    public static void main(String[] args) throws IOException {
        try (GZIPInputStream member = new GZIPInputStream(System.in)) {
            member.transferTo(System.out);
        }
        System.out.flush();
        // A PrintStream keeps its errors to itself.
        if (System.out.checkError()) {
            throw new IOException("the output could not be written");
        }
    }
}
