import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A client as the vendor's Java SDK behaves on the wire (docs/protocol.md, C.2 and E 22 to E 25), on the WebSocket of
 * the JDK, which shares no code with anything of this repository. It prints the texts that it is given, one a line.
 * Arguments: realtime or inference, the address, a file of 16 kHz PCM.
 */
public final class SdkLikeClient implements WebSocket.Listener {
  private static final int PIECE_BYTES = 1024;
  private final StringBuilder message = new StringBuilder();
  private final CountDownLatch over = new CountDownLatch(1);
  private boolean hasFinished;
  private volatile boolean isLeaving;

  public static void main(String[] args) throws Exception {
    byte[] pcm = Files.readAllBytes(Path.of(args[2]));
    SdkLikeClient client = new SdkLikeClient();
    WebSocket socket = HttpClient.newHttpClient().newWebSocketBuilder()
        .header("Authorization", "Bearer none").header("user-agent", "dashscope/2.22.29; java/17")
        .buildAsync(URI.create(args[1]), client).join();
    if (args[0].equals("realtime")) speakRealtime(socket, pcm);
    else speakTask(socket, pcm);
    if (!client.over.await(20, TimeUnit.SECONDS)) throw new IllegalStateException("nothing came for 20 s");
    // The SDK closes by itself, and fails where the service has closed before.
    client.isLeaving = true;
    socket.sendClose(WebSocket.NORMAL_CLOSURE, "bye").join();
  }

  /** Nothing is waited for; keys stand in the order of a hash table, and nulls are written. */
  private static void speakRealtime(WebSocket socket, byte[] pcm) {
    send(socket, "{\"type\":\"session.update\",\"session\":{\"modalities\":[\"text\"],\"turn_detection\":null,"
        + "\"output_audio_format\":\"pcm24\",\"input_audio_format\":\"pcm\",\"sample_rate\":16000,"
        + "\"input_audio_transcription\":{\"model\":null,\"language\":\"en\",\"corpus\":null}},\"event_id\":\"event_1\"}");
    for (int at = 0; at < pcm.length; at += PIECE_BYTES) {
      byte[] piece = Arrays.copyOfRange(pcm, at, Math.min(pcm.length, at + PIECE_BYTES));
      String audio = Base64.getEncoder().encodeToString(piece).replace("=", "\\u003d");
      send(socket, "{\"audio\":\"" + audio + "\",\"type\":\"input_audio_buffer.append\",\"event_id\":\"event_" + at + "\"}");
    }
    send(socket, "{\"type\":\"input_audio_buffer.commit\",\"event_id\":\"event_commit\"}");
    send(socket, "{\"type\":\"session.finish\",\"event_id\":\"event_finish\"}");
  }

  private static void speakTask(WebSocket socket, byte[] pcm) {
    String task = "0123456789abcdef0123456789abcdef";
    send(socket, "{\"header\":{\"action\":\"run-task\",\"task_id\":\"" + task + "\",\"streaming\":\"duplex\"},"
        + "\"payload\":{\"model\":\"fun-asr-realtime\",\"task_group\":\"audio\",\"task\":\"asr\",\"function\":\"recognition\","
        + "\"input\":{},\"parameters\":{\"disfluency_removal_enabled\":false,\"pre_task_id\":\"\",\"format\":\"pcm\",\"sample_rate\":16000}}}");
    for (int at = 0; at < pcm.length; at += PIECE_BYTES) {
      int length = Math.min(PIECE_BYTES, pcm.length - at);
      socket.sendBinary(ByteBuffer.wrap(pcm, at, length), true).join();
    }
    send(socket, "{\"header\":{\"action\":\"finish-task\",\"task_id\":\"" + task + "\",\"streaming\":\"duplex\"},\"payload\":{\"input\":{}}}");
  }

  private static void send(WebSocket socket, String text) {
    socket.sendText(text, true).join();
  }

  @Override
  public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean isLast) {
    message.append(data);
    socket.request(1);
    if (!isLast) return null;
    String text = message.toString();
    message.setLength(0);
    if (text.contains("\"conversation.item.input_audio_transcription.completed\"")) print(text, "transcript");
    if (text.contains("\"sentence_end\":true")) print(text, "text");
    if (text.contains("\"type\":\"error\"") || text.contains("\"task-failed\"")) fail(text);
    if (text.contains("\"session.finished\"") || text.contains("\"task-finished\"")) {
      hasFinished = true;
      over.countDown();
    }
    return null;
  }

  private static void print(String text, String field) {
    Matcher found = Pattern.compile("\"" + field + "\":\"([^\"]*)\"").matcher(text);
    if (found.find()) System.out.println(found.group(1));
  }

  @Override
  public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
    // The answer to the client's own close.
    if (isLeaving) return null;
    // E 22 and E 25: a close in the moment of the end, within a task or without a code breaks the SDK.
    fail((hasFinished ? "closed before the client: " : "closed within the session: ") + code + " " + reason);
    return null;
  }

  @Override
  public void onError(WebSocket socket, Throwable error) {
    fail(error.toString());
  }

  private void fail(String why) {
    if (over.getCount() == 0 && hasFinished && !why.startsWith("closed before")) return;
    System.err.println(why);
    System.exit(1);
  }
}
